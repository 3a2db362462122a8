namespace LoraFaaS.Bench.Inference;

/// <summary>How a call of <see cref="StepTrace"/> came to its first token. Milliseconds.</summary>
/// <param name="Ahead">Prompts that were under way when it came.</param>
/// <param name="WaitMs">From its arrival, in the middle of a step as a rule, to the step that took its first prompt tokens.</param>
/// <param name="FirstTokenMs">From its arrival to its first token.</param>
/// <param name="Steps">Steps that took some of its prompt tokens.</param>
internal readonly record struct TracedCall(int Ahead, double WaitMs, double FirstTokenMs, int Steps);
