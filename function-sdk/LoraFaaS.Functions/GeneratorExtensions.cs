using System.Text;

namespace LoraFaaS.Functions;

/// <summary>Generations as a whole.</summary>
public static class GeneratorExtensions
{
    /// <summary>Generates and waits for the end. A text as request is one user message.</summary>
    /// <exception cref="GenerationException">The platform refused or lost it.</exception>
    public static async Task<GenerationResult> GenerateAsync(
        this IGenerator generator, GenerationRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(generator);
        ArgumentNullException.ThrowIfNull(request);

        var text = new StringBuilder();
        GenerationEvent.Completed? completed = null;

        await foreach (var happened in generator.StreamAsync(request, cancellationToken).ConfigureAwait(false))
        {
            switch (happened)
            {
                case GenerationEvent.Text piece:
                    text.Append(piece.Value);
                    break;
                case GenerationEvent.Completed last:
                    completed = last;
                    break;
                default:
                    throw new System.Diagnostics.UnreachableException();
            }
        }

        return completed is null
            ? throw new InvalidOperationException("The generator ended without its last event.")
            : new GenerationResult(text.ToString(), completed.End, completed.Usage);
    }
}
