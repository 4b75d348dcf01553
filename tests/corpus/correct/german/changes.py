# %% rnn._compute_grad_w
def _compute_grad_w(self, hidden, grad_h):
    """Gradient bezüglich der Rückkopplungsgewichte."""
    # Für t = 1 ist der frühere Zustand null, daher fällt der erste Summand weg.
    größe = len(hidden)
    grad_w = torch.zeros_like(self.w)
    for t in range(1, größe):
        äußeres_produkt = torch.outer((1 - hidden[t] ** 2) * grad_h[t], hidden[t - 1])
        grad_w += äußeres_produkt
    return grad_w

# %% training_loop
def train_rnn(data_train: Tensor, num_steps) -> Tuple[RNN, list]:
    verluste = []
    netz = RNN()
    for schritt in range(num_steps):
        # „Stochastisch“ heißt: jedes Mal zufällige Tage
        verlust = do_training_step(netz, data_train, batch_size=2, lr=0.02)
        verluste.append(verlust)
    print('Fertig, nun müsste der Verlust unter 0,075 liegen – schön!')
    return netz, verluste
