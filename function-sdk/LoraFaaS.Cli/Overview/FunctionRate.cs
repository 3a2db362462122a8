namespace LoraFaaS.Cli.Overview;

/// <summary>How often a function was called between two glances. <see cref="PerSecond"/> is absent at the first.</summary>
internal sealed record FunctionRate(string Name, string Tier, int Available, int Wanted, double Calls, double? PerSecond);
