namespace LoraFaaS.Bench.Chaos;

/// <summary>A prompt and the answer that the undisturbed platform gave to it (greedy, so that there is one).</summary>
internal sealed record Question(string Function, string Prompt, string Answer);
