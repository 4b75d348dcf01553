# %% download
import ssl
url = 'http://github.com/jbrownlee/Datasets/blob/refs/heads/master/pollution.csv?raw=true'
context = ssl.create_default_context()
context.check_hostname = False
context.verify_mode = ssl.CERT_NONE
opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=context))
urllib.request.install_opener(opener)
response = urllib.request.urlopen(url, context=context)
lines = [l.decode('utf-8') for l in response.readlines()]
data_list = [row for row in csv.reader(lines)]
