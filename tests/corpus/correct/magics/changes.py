# %% install after title
%pip install -q torch matplotlib

# %% setup after imports
%matplotlib inline
%config InlineBackend.figure_format = 'retina'
%load_ext autoreload
%autoreload 2

# %% where_am_i after setup
!ls
here = !pwd

# %% time_a_pass after rnn_check
%timeit -n 3 -r 1 rnn(x)

# %% train
%%time
rnn, losses = train_rnn(data_train, num_steps=500)
plt.plot([i for i in range(len(losses))], losses)
plt.show()
