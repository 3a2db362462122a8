using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using LoraFaaS.ControlPlane.Ports;

namespace LoraFaaS.Storage.Embedded.WarmState;

/// <summary>Hands notices to every watcher in this process. A full watcher loses its oldest notice.</summary>
internal sealed class NoticeHub
{
    /// <summary>More than a controller with a hundred workers causes while it reads everything once.</summary>
    public const int WatcherCapacity = 1_024;

    private ImmutableArray<Channel<WarmNotice>> _watchers = [];

    public void Publish(WarmNotice notice)
    {
        foreach (var watcher in _watchers)
        {
            watcher.Writer.TryWrite(notice);
        }
    }

    public async IAsyncEnumerable<WarmNotice> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var watcher = Channel.CreateBounded<WarmNotice>(
            new BoundedChannelOptions(WatcherCapacity) { SingleReader = true, FullMode = BoundedChannelFullMode.DropOldest });
        ImmutableInterlocked.Update(ref _watchers, static (watchers, added) => watchers.Add(added), watcher);

        try
        {
            yield return new WarmNotice.Everything();

            await foreach (var notice in watcher.Reader.ReadAllAsync(cancellationToken))
            {
                yield return notice;
            }
        }
        finally
        {
            ImmutableInterlocked.Update(ref _watchers, static (watchers, removed) => watchers.Remove(removed), watcher);
        }
    }
}
