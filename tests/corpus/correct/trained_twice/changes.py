# %% first_training after training_loop
torch.manual_seed(42)
rnn, losses = train_rnn(data_train, num_steps=50)
print('after 50 steps:', sum(losses[-25:]) / 25)
