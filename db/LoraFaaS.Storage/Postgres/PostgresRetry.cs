using LoraFaaS.ControlPlane.Ports;

namespace LoraFaaS.Storage.Postgres;

/// <summary>
/// Rides out a restart of the server: tries again, with growing pauses, what certainly did not happen or may happen twice.
/// What may have happened is reported as <see cref="StoreUnavailableException"/> at once.
/// </summary>
internal sealed partial class PostgresRetry(TimeSpan patience, TimeProvider time, ILogger<PostgresRetry> logger)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    /// <summary>For reads, and for writes that come to the same when done twice.</summary>
    public Task<T> RepeatAsync<T>(Func<CancellationToken, Task<T>> operation, CancellationToken cancellationToken) =>
        RunAsync(async (_, token) => await operation(token), mayRepeatAfterCommit: true, cancellationToken);

    /// <summary>For a write that must not happen twice: it tells when it begins to commit, and is not repeated after that.</summary>
    public Task<T> OnceAsync<T>(Func<CommitMark, CancellationToken, Task<T>> operation, CancellationToken cancellationToken) =>
        RunAsync(operation, mayRepeatAfterCommit: false, cancellationToken);

    private async Task<T> RunAsync<T>(Func<CommitMark, CancellationToken, Task<T>> operation, bool mayRepeatAfterCommit, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();

        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            var mark = new CommitMark();

            try
            {
                return await operation(mark, cancellationToken);
            }
            catch (Exception exception) when (PostgresFailure.IsUnstorableText(exception))
            {
                throw new ArgumentException("The text holds the character U+0000, which cannot be stored.", exception);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested && PostgresFailure.IsDatabase(exception))
            {
                if (mark.IsSet && !mayRepeatAfterCommit)
                {
                    throw new StoreUnavailableException(
                        $"Postgres went away while it committed ({PostgresFailure.Describe(exception)}): the write may or may not have happened.", exception);
                }

                if (!PostgresFailure.IsTransient(exception) || time.GetElapsedTime(started) + pause > patience)
                {
                    throw new StoreUnavailableException($"Postgres failed: {PostgresFailure.Describe(exception)}", exception);
                }

                LogRetry(pause, PostgresFailure.Describe(exception));
            }

            await Task.Delay(pause, time, cancellationToken);
        }
    }
}
