using System.Text;
using LoraFaaS.Client;
using LoraFaaS.Console.Live;
using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Console.Playground;

/// <summary>One streamed answer as it grows, with its times as seen from here: the network to the gateway and back is in them.</summary>
internal sealed class PlaygroundRun(FunctionId id, TimeProvider time)
{
    private readonly StringBuilder _text = new();
    private long _started;
    private TimeSpan? _first;
    private TimeSpan _last;
    private int _pieces;

    public string Text => _text.ToString();

    public bool Running { get; private set; }

    public string? Fault { get; private set; }

    /// <summary>The end's account; null before it.</summary>
    public InvocationEvent.Done? Done { get; private set; }

    public TimeSpan? Ttft => _first;

    /// <summary>Null before there are two tokens to measure between. Pieces of text stand for tokens until the end says how many there were.</summary>
    public double? TokensPerSecond => _first is { } first && _last > first && (Done?.CompletionTokens ?? _pieces) is > 1 and var tokens
        ? (tokens - 1) / (_last - first).TotalSeconds
        : null;

    public async Task RunAsync(LoraFaaSClient client, string prompt, Func<Task> changed, CancellationToken cancellationToken)
    {
        _started = time.GetTimestamp();
        Running = true;

        try
        {
            await foreach (var piece in client.Invocations.StreamAsync(id, prompt, cancellationToken))
            {
                Take(piece);
                await changed();
            }
        }
        catch (LoraFaaSException failure)
        {
            Fault = Faults.Say(failure);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            Fault = "Stopped.";
        }
        catch (Exception failure) when (failure is IOException or HttpRequestException)
        {
            Fault = $"The stream broke off: {failure.Message}";
        }

        Running = false;
    }

    private void Take(InvocationEvent piece)
    {
        switch (piece)
        {
            case InvocationEvent.Text text:
                _last = time.GetElapsedTime(_started);
                _first ??= _last;
                _pieces++;
                _text.Append(text.Value);
                break;
            case InvocationEvent.Done done:
                Done = done;
                break;
            default:
                break;
        }
    }
}
