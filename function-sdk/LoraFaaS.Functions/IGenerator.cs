namespace LoraFaaS.Functions;

/// <summary>
/// This function's adapter on its backbone, behind the same queue, batching and metering as any caller's invocation; the tokens of every
/// generation are counted to the invocation. Safe for several generations at a time; the worker bounds how many at once (4) and in all (32)
/// an invocation may ask for.
/// </summary>
public interface IGenerator
{
    /// <summary>
    /// Generates, text as it comes: any number of <see cref="GenerationEvent.Text"/>, then one <see cref="GenerationEvent.Completed"/>.
    /// Leaving the stream early ends the generation.
    /// </summary>
    /// <exception cref="GenerationException">The platform refused or lost it; thrown from the enumeration.</exception>
    IAsyncEnumerable<GenerationEvent> StreamAsync(GenerationRequest request, CancellationToken cancellationToken = default);
}
