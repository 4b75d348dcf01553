# %% shadows after random_day_check
input, target = get_random_day(data_train)
sum = 0
for value in input[:, 1]:
    sum += float(value)
list = [1, 2, 3]
id = 7
max = sum / 24
type = 'simple rnn'
dict = {}
print(type, max, input.shape)
