using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using LoraFaaS.Contracts.Errors;

namespace LoraFaaS.Functions.Testing;

/// <summary>A generator for authors' tests: answers what it was told to, in order, and keeps what it was asked.</summary>
/// <param name="answers">One for each generation. Tokens are counted as words.</param>
public sealed class ScriptedGenerator(params IReadOnlyList<string> answers) : IGenerator
{
    private readonly ConcurrentQueue<GenerationRequest> _asked = new();
    private int _next;

    /// <summary>Every request so far, in order.</summary>
    public IReadOnlyList<GenerationRequest> Asked => [.. _asked];

    /// <summary>Refuses every generation from now on with this error, as a platform in trouble does. Null: no longer.</summary>
    public ErrorCode? Refusal { get; set; }

    /// <inheritdoc/>
    public async IAsyncEnumerable<GenerationEvent> StreamAsync(GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        _asked.Enqueue(request);
        var index = Interlocked.Increment(ref _next) - 1;

        if (Refusal is { } code)
        {
            throw new GenerationException(code, $"Scripted: {code.ToWire()}.");
        }

        if (index >= answers.Count)
        {
            throw new InvalidOperationException($"{answers.Count} answers are scripted, and this is generation {index + 1}.");
        }

        // One word a piece: code that reads a stream meets more than one event.
        var words = answers[index].Split(' ');

        for (var i = 0; i < words.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var piece = i == 0 ? words[i] : " " + words[i];

            if (piece.Length > 0)
            {
                yield return new GenerationEvent.Text(piece);
            }

            await Task.CompletedTask.ConfigureAwait(false);
        }

        yield return new GenerationEvent.Completed(GenerationEnd.Stop, new GenerationUsage(0, words.Length));
    }
}
