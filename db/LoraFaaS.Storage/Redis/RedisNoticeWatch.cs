using System.Runtime.CompilerServices;
using System.Threading.Channels;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Storage.Embedded.WarmState;
using StackExchange.Redis;

namespace LoraFaaS.Storage.Redis;

/// <summary>
/// One watcher of the notices. It knows that its subscription is in place when a probe that it published comes back, and says
/// <see cref="WarmNotice.Everything"/> then: at first, and after every broken connection.
/// </summary>
internal sealed class RedisNoticeWatch(RedisConnection connection, string channel, TimeProvider time)
{
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(250);

    private readonly string _probe = NoticeText.Probe(Guid.NewGuid());
    private readonly Channel<string> _inbox = Channel.CreateBounded<string>(
        new BoundedChannelOptions(NoticeHub.WatcherCapacity) { SingleReader = true, FullMode = BoundedChannelFullMode.DropOldest });

    // Set by the connection's events: notices may have been missed.
    private int _isBroken;

    // Outlives a wait that timed out, so that waits do not pile up while Redis is away.
    private Task<bool>? _arrival;

    public async IAsyncEnumerable<WarmNotice> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var multiplexer = connection.Multiplexer;
        multiplexer.ConnectionFailed += OnConnectionChanged;
        multiplexer.ConnectionRestored += OnConnectionChanged;

        try
        {
            var isInPlace = false;

            while (true)
            {
                isInPlace &= Interlocked.Exchange(ref _isBroken, 0) == 0;

                if (!isInPlace)
                {
                    await ProbeAsync(cancellationToken);
                }

                await WaitAsync(isInPlace ? Timeout.InfiniteTimeSpan : ProbeInterval, cancellationToken);

                while (_inbox.Reader.TryRead(out var text))
                {
                    if (text == _probe && !isInPlace)
                    {
                        isInPlace = true;
                        yield return new WarmNotice.Everything();
                    }
                    else if (text.Length > 0 && NoticeText.Read(text) is { } notice)
                    {
                        yield return notice;
                    }
                }
            }
        }
        finally
        {
            multiplexer.ConnectionFailed -= OnConnectionChanged;
            multiplexer.ConnectionRestored -= OnConnectionChanged;
            await UnsubscribeAsync();
        }
    }

    /// <summary>Subscribing again where a subscription is costs nothing: the handler is replaced by itself.</summary>
    private async Task ProbeAsync(CancellationToken cancellationToken)
    {
        try
        {
            await connection.RunAsync(
                async database =>
                {
                    var subscriber = database.Multiplexer.GetSubscriber();
                    await subscriber.UnsubscribeAsync(channel, OnMessage);
                    await subscriber.SubscribeAsync(channel, OnMessage);
                    return await database.PublishAsync(channel, _probe);
                },
                cancellationToken);
        }
        catch (WarmStateUnavailableException)
        {
            // Not there yet: the next turn probes again.
            Interlocked.Exchange(ref _isBroken, 1);
        }
    }

    private async Task UnsubscribeAsync()
    {
        try
        {
            await connection.RunAsync(
                async database =>
                {
                    await database.Multiplexer.GetSubscriber().UnsubscribeAsync(channel, OnMessage);
                    return true;
                },
                CancellationToken.None);
        }
        catch (WarmStateUnavailableException)
        {
            // The subscription went with its connection.
        }
    }

    private async Task WaitAsync(TimeSpan longest, CancellationToken cancellationToken)
    {
        try
        {
            _arrival = _arrival is { IsCompleted: false } pending ? pending : _inbox.Reader.WaitToReadAsync(CancellationToken.None).AsTask();
            await _arrival.WaitAsync(longest, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // Time for the next probe.
        }
    }

    private void OnMessage(RedisChannel from, RedisValue text) => _inbox.Writer.TryWrite(text.ToString());

    private void OnConnectionChanged(object? sender, ConnectionFailedEventArgs change)
    {
        Interlocked.Exchange(ref _isBroken, 1);

        // Empty: only wakes the reader, which then sees the mark.
        _inbox.Writer.TryWrite("");
    }
}
