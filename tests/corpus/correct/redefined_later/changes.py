# %% loss
def mse_loss_func(y_true, y_pred):
    return abs(y_true - y_pred)

# %% second_loss after loss
# MSE is squared, of course!
def mse_loss_func(y_true, y_pred):
    return (y_true - y_pred) ** 2

# %% first_step after second_loss
def do_training_step(rnn, data_train, batch_size, lr):
    return 0

# %% first_random_day after standardize
def get_random_day(data):
    return data[:24], data[24, 1]

# %% first_try after training_loop
def train_rnn_old(data_train, num_steps):
    return RNN(), [1.0] * num_steps

rnn, losses = train_rnn_old(data_train, 500)
