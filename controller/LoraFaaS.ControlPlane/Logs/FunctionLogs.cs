using System.Runtime.CompilerServices;
using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Ports;

namespace LoraFaaS.ControlPlane.Logs;

/// <summary>Functions' logs: lines come in from workers, and go out to whoever reads or follows, at whichever controller.</summary>
public sealed class FunctionLogs(IWarmStateStore warm, LogNews news)
{
    /// <summary>All that a log keeps.</summary>
    private const int Kept = 1_000;

    /// <summary>A follower also looks by itself, in case a notice was lost.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    public async Task AppendAsync(IReadOnlyList<LogLine> lines, CancellationToken cancellationToken)
    {
        foreach (var group in lines.GroupBy(line => (line.Namespace, line.Name)))
        {
            if (!NamespaceName.TryParse(group.Key.Namespace, out var @namespace) || !FunctionName.TryParse(group.Key.Name, out var name))
            {
                continue;
            }

            var function = new FunctionId(@namespace, name);
            await warm.AppendLogAsync(function, [.. group], cancellationToken);
            await warm.PublishAsync(new WarmNotice.Log(function), cancellationToken);
        }
    }

    /// <summary>Kept lines, oldest first; then, when following, new ones until cancelled. A follower that is too slow misses the oldest.</summary>
    public async IAsyncEnumerable<LogLine> ReadAsync(LogQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Following starts before the first read, so that no line falls in between.
        var bell = query.Follow ? news.Follow(query.Function) : null;

        try
        {
            var seen = await warm.ReadLogAsync(query.Function, Kept, cancellationToken);
            var first = seen.Where(line => Matches(line, query));

            foreach (var line in query.Tail is { } tail ? first.TakeLast(tail) : first)
            {
                yield return line;
            }

            while (bell is not null)
            {
                await bell.WaitAsync(Interval, cancellationToken);
                var now = await warm.ReadLogAsync(query.Function, Kept, cancellationToken);

                foreach (var line in NewLines.Since(seen, now).Where(line => Matches(line, query)))
                {
                    yield return line;
                }

                seen = now;
            }
        }
        finally
        {
            if (bell is not null)
            {
                news.Unfollow(bell);
            }
        }
    }

    private static bool Matches(LogLine line, LogQuery query) =>
        (query.Since is not { } since || line.Timestamp >= since)
        && (string.IsNullOrEmpty(query.Instance) || line.Instance == query.Instance);
}
