# %% download
import os
url = 'https://raw.githubusercontent.com/jbrownlee/Datasets/master/pollution.csv'
!mkdir -p data && curl -sSL {url} -o data/weather.csv
with open('data/weather.csv', newline='') as file:
    data_list = list(csv.reader(file))
