namespace LoraFaaS.Functions;

/// <summary>A whole answer.</summary>
/// <param name="Text">All of it.</param>
/// <param name="End">Why it ended.</param>
/// <param name="Usage">What it took.</param>
public sealed record GenerationResult(string Text, GenerationEnd End, GenerationUsage Usage);
