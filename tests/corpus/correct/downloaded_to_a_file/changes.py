# %% download
import os
url = 'https://raw.githubusercontent.com/jbrownlee/Datasets/master/pollution.csv'
if not os.path.exists('pollution.csv'):
    urllib.request.urlretrieve(url, 'pollution.csv')
with open('pollution.csv', newline='') as file:
    data_list = list(csv.reader(file))
