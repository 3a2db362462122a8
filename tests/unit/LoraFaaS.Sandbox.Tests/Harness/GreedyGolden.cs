namespace LoraFaaS.Sandbox.Tests.Harness;

/// <summary>A reference continuation in float32 arithmetic. Below its margin's size an error may turn it; above it may not.</summary>
public sealed record GreedyGolden(string Adapter, string Prompt, int[] Ids, string Text, bool Stopped, double MinMargin);
