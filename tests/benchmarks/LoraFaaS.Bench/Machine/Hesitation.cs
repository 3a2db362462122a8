namespace LoraFaaS.Bench.Machine;

/// <summary>A stretch in which a processor did not run what it had to run at once. Instants are those of <see cref="System.Diagnostics.Stopwatch"/>.</summary>
internal readonly record struct Hesitation(int Processor, long From, long Until);
