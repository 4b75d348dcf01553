# %% train
%%capture output
rnn, losses = train_rnn(data_train, num_steps=500)
plt.plot(losses)
plt.show()

# %% output after train
print(len(output.stdout))
