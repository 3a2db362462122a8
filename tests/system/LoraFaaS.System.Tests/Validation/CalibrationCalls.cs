using System.Diagnostics;

namespace LoraFaaS.SystemTests.Validation;

/// <summary>Calls that are made only to know how long calls take. In the end all functions sleep.</summary>
/// <param name="client">Of the platform.</param>
/// <param name="rests">Before each call alone and each pair, one after the other and over again: after a rest threads are parked and caches cold, and a call takes longer than in a row of calls.</param>
/// <param name="functions">Whom the warm calls alone and in pairs are made to, likewise: prompts differ in length, and a mean over all functions is not that of a slice which calls one of them most.</param>
internal sealed class CalibrationCalls(ReplayClient client, IReadOnlyList<TimeSpan> rests, IReadOnlyList<int> functions)
{
    private const int WarmCalls = 5;

    /// <summary>Milliseconds between the two of a pair.</summary>
    private static readonly int[] Apart = [0, 1, 2, 3, 4, 6];

    private readonly List<ReplayedCall> _warm = [];
    private readonly List<ReplayedCall> _cold = [];
    private readonly List<ReplayedCall> _together = [];
    private readonly List<ReplayedCall> _coldTogether = [];
    private readonly List<PlayedCall> _pairs = [];
    private int _rested;
    private int _called;

    public int Functions => client.Functions;

    /// <summary>Alone.</summary>
    public IReadOnlyList<ReplayedCall> Warm => _warm;

    /// <summary>Alone, to functions that sleep.</summary>
    public IReadOnlyList<ReplayedCall> Cold => _cold;

    /// <summary>To all functions at once.</summary>
    public IReadOnlyList<ReplayedCall> Together => _together;

    /// <summary>To all functions at once, which sleep.</summary>
    public IReadOnlyList<ReplayedCall> ColdTogether => _coldTogether;

    /// <summary>Warm, by two, less than an answer apart; with the times at which they were sent.</summary>
    public IReadOnlyList<PlayedCall> Pairs => _pairs;

    /// <summary>Tokens of each function's answer.</summary>
    public IReadOnlyList<int> Tokens { get; private set; } = [];

    /// <summary>Every kind once more.</summary>
    public async Task AddRoundAsync()
    {
        Tokens = [.. (await AllAsync()).Select(call => call.Tokens)];

        for (var call = 0; call < WarmCalls * Functions; call++)
        {
            await RestAsync();
            _warm.Add(await client.CallAsync(NextFunction()));
        }

        var begun = Stopwatch.GetTimestamp();
        var from = _pairs.Count == 0 ? 0 : _pairs[^1].DoneAt + 1;

        for (var pair = 0; pair < Apart.Length * 2; pair++)
        {
            await RestAsync();
            var function = NextFunction();
            var first = SentAsync(function, begun, from);
            await Task.Delay(TimeSpan.FromMilliseconds(Apart[pair % Apart.Length]), TimeProvider.System);
            _pairs.AddRange((await Task.WhenAll(first, SentAsync((function + 1 + (pair % (Functions - 1))) % Functions, begun, from))).OrderBy(call => call.SentAt));
        }

        await RestAsync();
        _together.AddRange(await AllAsync());
        await SleepAsync();

        for (var function = 0; function < Functions; function++)
        {
            await RestAsync();
            _cold.Add(await client.CallAsync(function));
        }

        await SleepAsync();
        await RestAsync();
        _coldTogether.AddRange(await AllAsync());
        await SleepAsync();
    }

    private Task<ReplayedCall[]> AllAsync() => Task.WhenAll(Enumerable.Range(0, Functions).Select(client.CallAsync));

    private Task SleepAsync() => Task.WhenAll(Enumerable.Range(0, Functions).Select(client.SleepAsync));

    private int NextFunction() => functions[_called++ % functions.Count];

    private Task RestAsync() => Task.Delay(rests[_rested++ % rests.Count], TimeProvider.System);

    private async Task<PlayedCall> SentAsync(int function, long begun, double from)
    {
        var sent = from + Stopwatch.GetElapsedTime(begun).TotalSeconds;
        return new PlayedCall(function, sent, await client.CallAsync(function));
    }
}
