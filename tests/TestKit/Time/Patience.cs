using System.Runtime.CompilerServices;

namespace LoraFaaS.TestKit.Time;

/// <summary>
/// How long a test waits for something that must happen. Generous: it only ever passes when the product is broken, so that a loaded machine does not
/// fail a test. Never assert on how long something took.
/// </summary>
public static class Patience
{
    /// <summary>Longest wait for an event inside one process or between processes that are up.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>Longest wait for whole programs to start, build artifacts or load a backbone.</summary>
    public static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(4);

    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(20);

    /// <summary>Waits for an event that a task stands for; says what was waited for when it never comes.</summary>
    public static async Task<T> ForAsync<T>(Task<T> occurrence, [CallerArgumentExpression(nameof(occurrence))] string what = "")
    {
        try
        {
            return await occurrence.WaitAsync(Limit, TimeProvider.System);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Waited {Limit} in vain for: {what}");
        }
    }

    public static async Task ForAsync(Task occurrence, [CallerArgumentExpression(nameof(occurrence))] string what = "")
    {
        try
        {
            await occurrence.WaitAsync(Limit, TimeProvider.System);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Waited {Limit} in vain for: {what}");
        }
    }

    /// <summary>For state of another process, or state that offers no event: looks again until it holds.</summary>
    public static Task UntilAsync(Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string what = "") =>
        UntilAsync(_ => Task.FromResult(condition()), Limit, what);

    public static Task UntilAsync(Func<CancellationToken, Task<bool>> condition, [CallerArgumentExpression(nameof(condition))] string what = "") =>
        UntilAsync(condition, Limit, what);

    public static async Task UntilAsync(Func<CancellationToken, Task<bool>> condition, TimeSpan limit, [CallerArgumentExpression(nameof(condition))] string what = "")
    {
        ArgumentNullException.ThrowIfNull(condition);

        using var patience = new CancellationTokenSource(limit);
        using var timer = new PeriodicTimer(Glance);

        try
        {
            while (!await condition(patience.Token))
            {
                await timer.WaitForNextTickAsync(patience.Token);
            }
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            throw new TimeoutException($"Waited {limit} in vain for: {what}");
        }
    }
}
