#!/usr/bin/env python3
"""PyTorch, the same steps as `questream bench distil`: padded batches through transformers, KL divergence to scores, AdamW."""
import torch
from transformers import DPRQuestionEncoder

import peer

RATE, LONGEST, VECTORS = 1e-6, 2.0, 4096


def main():
    parser = peer.arguments(__doc__)
    parser.add_argument("--top-k", type=int, default=32, help="candidates of a question")
    options = parser.parse_args()
    torch.manual_seed(1)
    model = DPRQuestionEncoder.from_pretrained(options.model, dtype=torch.float32).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=0.0)
    ids = peer.ids(options.input)
    lengths = [len(i) for i in ids]
    vectors = torch.randn(VECTORS, model.config.projection_dim or model.config.hidden_size)
    candidates = torch.randint(VECTORS, (len(ids), options.top_k))
    scores = torch.randn(len(ids), options.top_k)
    plan = peer.batches(peer.order(lengths, options.order), options.batch)

    def learn_all():
        for batch in plan:
            input_ids, mask = map(torch.from_numpy, peer.padded(ids, batch))
            found = model(input_ids=input_ids, attention_mask=mask).pooler_output
            student = torch.bmm(vectors[candidates[batch]], found.unsqueeze(2)).squeeze(2)
            loss = torch.nn.functional.kl_div(
                torch.log_softmax(student, 1), torch.softmax(scores[batch], 1), reduction="batchmean")
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), LONGEST)
            optimizer.step()

    peer.run(f"PyTorch, padded, batch {options.batch}, {options.order}", options, lengths, learn_all)


if __name__ == "__main__":
    main()
