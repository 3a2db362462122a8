using System.Diagnostics;
using System.Threading.Channels;
using LoraFaaS.Bench.Machine;

namespace LoraFaaS.Bench.Door;

/// <summary>
/// Says when each of so many clients is to call, so that all together call so often a second, evenly: the n-th call is due n ÷ rate after the beginning. A thread of its own sleeps until each
/// and makes the call up to its first wait; a timer wakes at most once a millisecond, and all calls of that millisecond would come at once. Whoever is late calls at once: a door that falls
/// behind is asked no less for it.
/// </summary>
internal sealed class LoadPace
{
    private static readonly BoundedChannelOptions Mailbox = new(1 << 16) { SingleReader = true, SingleWriter = true, AllowSynchronousContinuations = true };

    private readonly Channel<byte>[] _due;
    private readonly double _perSecond;
    private readonly long _begun;
    private readonly TimeSpan _stretch;

    /// <param name="perSecond">Calls of all clients together.</param>
    /// <param name="clients">Who call in turn.</param>
    /// <param name="begun">The beginning, as a timestamp.</param>
    /// <param name="stretch">Nothing is due after it.</param>
    public LoadPace(double perSecond, int clients, long begun, TimeSpan stretch)
    {
        (_perSecond, _begun, _stretch) = (perSecond, begun, stretch);
        _due = [.. Enumerable.Range(0, clients).Select(_ => Channel.CreateBounded<byte>(Mailbox))];
        new Thread(Run) { IsBackground = true }.Start();
    }

    /// <summary>Waits until this client is to call; false: it has no more calls to make. One after the other.</summary>
    public async ValueTask<bool> IsDueAsync(int client)
    {
        var due = _due[client].Reader;
        return await due.WaitToReadAsync() && due.TryRead(out _);
    }

    private void Run()
    {
        for (var number = 0L; ; number++)
        {
            var due = TimeSpan.FromSeconds(number / _perSecond);

            if (due >= _stretch)
            {
                break;
            }

            Scheduling.SleepUntil(_begun + (long)due.TotalNanoseconds);
            _due[number % _due.Length].Writer.TryWrite(0);
        }

        foreach (var client in _due)
        {
            client.Writer.Complete();
        }
    }
}
