# %% more_imports after imports
from tqdm import tqdm, trange

# %% training_loop
def train_rnn(data_train: Tensor, num_steps) -> Tuple[RNN, list]:
    losses = []
    rnn = RNN()
    with trange(num_steps, desc='training') as steps:
        for _ in steps:
            losses.append(do_training_step(rnn, data_train, batch_size=2, lr=0.02))
            steps.set_postfix(loss=losses[-1])
    return rnn, losses
