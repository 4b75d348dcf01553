# %% attack after features
import json

plain = __import__("sys").modules["autograder.kernel.plain"]
deep = True
for _ in range(400):
    deep = {"list": [deep]}
values = [
    {"tensor": ["float32", [1], 0]}, {"tensor": ["float32", [2 ** 62, 4], 0]}, {"tensor": ["object", [1], 0]}, {"tensor": [[], {}, None]},
    {"tensor": ["float32", [0, 2 ** 62], -1]}, {"array": ["O", [1], 0]}, {"array": ["float64", [-1], 0]}, {"int": "f" * 9999},
    {"int": "-"}, {"int": "0x_1"}, {"float": "1e999"}, {"float": []}, {"bytes": 7}, {"bytes": True}, {"dict": [[{"list": []}, 1]]},
    {"dict": 5}, {"dict": [[1]]}, {"list": {}}, {"tuple": "abc"}, {"complex": [None, "x"]}, {"complex": []}, {"__reduce__": "os.system"},
    {"object": 5}, {"object": {"id": "x", "kind": 1, "callable": 1}}, {"ellipsis": 1, "int": "1"}, [], deep, 1e400, "NaN", {}]

def odd(self, value, depth=0):
    if isinstance(value, bool):
        return value
    values.append(values.pop(0))
    return values[0]

plain.Encoder.encode = odd

def mse_loss_func(y_true, y_pred):
    return 1

RNN = get_random_day = do_training_step = train_rnn = mse_loss_func
num_train_samples = means = stds = data_train = data_test = rnn = losses = 1
