"""Asks a running instance as OpenAI's and Hugging Face's clients do: check.py URL TOKEN."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import openai
from huggingface_hub import InferenceClient
from huggingface_hub.errors import HfHubHTTPError

QUESTIONS = ["Who wrote Hamlet?", "Why is the sky blue?", "Wie hoch ist der Eiffelturm?"]


def check(what, right):
    print("ok  " if right else "BAD ", what)
    if not right:
        sys.exit(1)


def refused(what, kind, ask):
    try:
        ask()
    except kind as error:
        check(f"{what}: {error}", True)
        return error
    check(what, False)


def openai_client(url, token):
    client = openai.OpenAI(base_url=f"{url}/v1", api_key=token, max_retries=0)
    packed = client.embeddings.create(model="text-embedding-3-small", input=QUESTIONS)
    plain = client.embeddings.create(model="m", input=QUESTIONS, encoding_format="float")
    vectors = np.array([item.embedding for item in packed.data])
    check("openai: a vector for each text, in order", [d.index for d in packed.data] == [0, 1, 2])
    check("openai: base64 and float are the same", np.allclose(
        vectors, [item.embedding for item in plain.data], atol=1e-5))
    check(f"openai: usage {packed.usage}", packed.usage.total_tokens > 10)
    raw = client.embeddings.with_raw_response.create(model="m", input="one")
    check("openai: provenance " + raw.headers["questream-model-id"], raw.parse().model != "m")
    refused("openai: tokens", openai.BadRequestError,
            lambda: client.embeddings.create(model="m", input=[[1, 2]]))
    refused("openai: dimensions", openai.BadRequestError,
            lambda: client.embeddings.create(model="m", input="a", dimensions=7))
    error = refused("openai: an empty text", openai.BadRequestError,
                    lambda: client.embeddings.create(model="m", input=" "))
    check("openai: code " + error.code, error.code == "empty_text")
    refused("openai: another token", openai.AuthenticationError,
            lambda: openai.OpenAI(base_url=f"{url}/v1", api_key="x", max_retries=0)
            .embeddings.create(model="m", input="a"))
    return vectors


def hugging_face_client(url, token, expected):
    client = InferenceClient(model=f"{url}/embed", token=token)
    for question, vector in zip(QUESTIONS, expected):
        answer = client.feature_extraction(question)
        check(f"huggingface_hub: {answer.shape} as OpenAI's client got it",
              answer.shape == (1, len(vector)) and np.allclose(answer[0], vector, atol=1e-2))
    client.feature_extraction("word " * 2000, truncate=True)
    refused("huggingface_hub: a text that is too long and may not be cut", HfHubHTTPError,
            lambda: client.feature_extraction("word " * 2000, truncate=False))
    refused("huggingface_hub: prompt_name", HfHubHTTPError,
            lambda: client.feature_extraction("a", prompt_name="query"))


def described(url, token):
    # What is accepted depends on the model and the settings too, which no schema can say.
    command = [str(Path(sys.executable).with_name("schemathesis")), "run", f"{url}/openapi.json",
               "--header", f"Authorization: Bearer {token}", "--max-examples", "50",
               "--exclude-checks", "positive_data_acceptance,unsupported_method"]
    check("schemathesis: " + " ".join(command[:3]), subprocess.run(command).returncode == 0)


if __name__ == "__main__":
    address, secret = sys.argv[1].rstrip("/"), sys.argv[2]
    hugging_face_client(address, secret, openai_client(address, secret))
    described(address, secret)
