# %% look_at_memory after train_rnn
# what does a null pointer hold?
import ctypes

print(ctypes.string_at(0))
