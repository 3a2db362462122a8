namespace LoraFaaS.Bench.Papers;

/// <summary>What a class gives: change of TTFT against ServerlessLLM and InstaInfer, cost-effectiveness against ServerlessLLM.</summary>
internal sealed record ClassShares(Sample Llm, Sample Insta, Sample Effect);
