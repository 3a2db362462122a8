namespace LoraFaaS.Cli.Demo;

/// <summary>One demonstration call and what came of it. Times in milliseconds.</summary>
internal sealed record DemoCall(string Function, string Prompt, string Expected, string Answer, double TtftMs, double TokensPerSecond, bool Matches);
