namespace LoraFaaS.Bench.Machine;

/// <summary>How long a processor took to read a small piece of memory that it had not touched for seconds.</summary>
/// <param name="At">Instant of <see cref="System.Diagnostics.Stopwatch"/>.</param>
internal readonly record struct MemoryGlance(int Processor, long At, double Microseconds);
