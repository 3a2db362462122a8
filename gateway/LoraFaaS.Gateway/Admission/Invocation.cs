using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Invocations;
using LoraFaaS.Gateway.Authentication;
using LoraFaaS.Gateway.Routing;
using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Gateway.Admission;

/// <summary>
/// One call from the door to its last byte: its id, its one deadline, why it was stopped, and what the meters read in the end.
/// Owned by the request's own flow; only <see cref="Abort"/> may come from elsewhere.
/// </summary>
internal sealed class Invocation : IDisposable
{
    /// <summary>After the deadline the caller is told so; a caller that does not even read that is cut off.</summary>
    private static readonly TimeSpan LastWordsGrace = TimeSpan.FromSeconds(5);

    /// <summary>The worker keeps the same deadline and knows the stage it passed in: it gets this much time to say so before we do.</summary>
    private static readonly TimeSpan WorkersWordGrace = TimeSpan.FromMilliseconds(250);

    private readonly TimeProvider _time;
    private readonly Action<Invocation> _resolved;
    private readonly HttpContext? _connection;
    private readonly CancellationTokenRegistration _clientGone;

    // Never disposed: the deadline's timer may fire while we leave, and a source without a timer of its own holds nothing.
    private readonly CancellationTokenSource _stop = new();
    private readonly long _started;
    private readonly Lock _ending = new();
    private bool _ended;
    private bool _wasDue;
    private ITimer? _timer;
    private TimeSpan? _timeout;
    private int _abortCause;
    private int _promptSeen;
    private int _completionSeen;
    private long _firstToken;

    /// <param name="callId">Its id.</param>
    /// <param name="dialect">The word for metrics and logs.</param>
    /// <param name="time">Its clock.</param>
    /// <param name="resolved">Told when its function is known.</param>
    /// <param name="connection">Cut off when the caller does not read that the deadline has passed, and gone when the caller is; null: nobody's.</param>
    public Invocation(CallId callId, string dialect, TimeProvider time, Action<Invocation> resolved, HttpContext? connection)
    {
        _resolved = resolved;
        CallId = callId;
        Dialect = dialect;
        _time = time;
        _connection = connection;
        _started = time.GetTimestamp();
        StartedAt = time.GetUtcNow();
        _clientGone = (connection?.RequestAborted ?? CancellationToken.None).UnsafeRegister(static state => ((Invocation)state!).Abort(AbortCause.Client), this);
    }

    public CallId CallId { get; }

    /// <summary><c>function</c>, <c>chat</c> or <c>completions</c>.</summary>
    public string Dialect { get; }

    public DateTimeOffset StartedAt { get; }

    /// <summary>Cancelled when the client is gone or the deadline has passed; <see cref="AbortCause"/> says which.</summary>
    public CancellationToken Stopped => _stop.Token;

    public AbortCause AbortCause => (AbortCause)Volatile.Read(ref _abortCause);

    public TimeSpan Elapsed => _time.GetElapsedTime(_started);

    public TimeSpan? TimeToFirstToken => Volatile.Read(ref _firstToken) is > 0 and var first ? _time.GetElapsedTime(_started, first) : null;

    /// <summary>Null until the name was found.</summary>
    public RouteEntry? Route
    {
        get;
        set
        {
            field = value;
            _resolved(this);
        }
    }

    /// <summary>The API key it was sent with; null: none.</summary>
    public CallerKey? Caller { get; init; }

    /// <summary>What its key uses, once it is counted there; null: it is not (yet).</summary>
    public KeyMeter? KeyUsage { get; set; }

    /// <summary>Under what its usage is counted.</summary>
    public required UsageKey Usage { get; init; }

    /// <summary>Its place among those that run; null: it has none (yet).</summary>
    public DoorPlace? Place { get; set; }

    /// <summary>Its place among those of its function; null: it has none (yet).</summary>
    public IDisposable? FunctionShare { get; set; }

    /// <summary>Its place among those of its function that run, where the function bounds them; null: it has none.</summary>
    public IDisposable? FunctionPlace { get; set; }

    /// <summary>The last worker it was placed on.</summary>
    public WorkerId? Worker { get; set; }

    /// <summary>Null: it went well.</summary>
    public ErrorCode? Failure { get; set; }

    /// <summary>How often a worker failed it, before or after its first token, in a way that another place may mend.</summary>
    public int Replacements { get; set; }

    /// <summary>Its tokens go out one by one: when the first is here is when it was there.</summary>
    public bool Streams { get; set; }

    /// <summary>Where the time to its first token went; null before the end.</summary>
    public ColdStart? Account { get; set; }

    public int PromptTokens { get; set; }

    public int CompletionTokens { get; set; }

    /// <summary>
    /// Its tokens, as a key is charged for them. Whoever leaves before the end, or whose deadline comes before it, is charged for what was computed by then as far as it was seen here: the worker's
    /// word at the end, which counts each prompt once, did not come.
    /// </summary>
    public int Spent
    {
        get
        {
            var counted = PromptTokens + CompletionTokens;
            return AbortCause is AbortCause.None ? counted : Math.Max(counted, Volatile.Read(ref _promptSeen) + Volatile.Read(ref _completionSeen));
        }
    }

    /// <summary>Zero when the deadline has passed.</summary>
    public TimeSpan TimeLeft
    {
        get
        {
            var left = (_timeout ?? throw new InvalidOperationException("The deadline is set when the function is known.")) - Elapsed;
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>The one deadline: counted from the call's arrival, whatever reading its body took.</summary>
    public void SetTimeout(TimeSpan timeout)
    {
        _timeout = timeout;

        // One timer that is set twice: hardly any call lives to see it.
        lock (_ending)
        {
            _timer = _time.CreateTimer(static state => ((Invocation)state!).OnTimer(), this, TimeLeft + WorkersWordGrace, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>The first cause stands.</summary>
    public void Abort(AbortCause cause)
    {
        if (Interlocked.CompareExchange(ref _abortCause, (int)cause, (int)AbortCause.None) == (int)AbortCause.None)
        {
            _stop.Cancel();
        }
    }

    /// <summary>The worker's word, at the end, on how much it read and made.</summary>
    public void Count(Finished finished)
    {
        PromptTokens = finished.PromptTokens;
        CompletionTokens = finished.CompletionTokens;
    }

    /// <summary>A worker has read the prompt. Of several answers the longest stands: most have one prompt.</summary>
    public void SawPrompt(int tokens)
    {
        var seen = Volatile.Read(ref _promptSeen);

        while (tokens > seen && Interlocked.CompareExchange(ref _promptSeen, tokens, seen) != seen)
        {
            seen = Volatile.Read(ref _promptSeen);
        }
    }

    /// <summary>More tokens were made.</summary>
    public void SawTokens(int count) => Interlocked.Add(ref _completionSeen, count);

    public void MarkFirstToken() => Interlocked.CompareExchange(ref _firstToken, _time.GetTimestamp(), 0);

    public Problem DeadlineProblem(string stage) =>
        new(ErrorCode.DeadlineExceeded, $"the deadline of {_timeout?.TotalSeconds:0.###} s passed during {stage}");

    public void Dispose()
    {
        lock (_ending)
        {
            _ended = true;
        }

        _clientGone.Dispose();
        FunctionPlace?.Dispose();
        FunctionShare?.Dispose();
        _timer?.Dispose();
    }

    /// <summary>Never after the end: the connection may by then carry another call.</summary>
    private void OnTimer()
    {
        lock (_ending)
        {
            if (_ended)
            {
                return;
            }

            if (_wasDue)
            {
                _connection?.Abort();
                return;
            }

            _wasDue = true;
            _timer!.Change(LastWordsGrace - WorkersWordGrace, Timeout.InfiniteTimeSpan);
        }

        Abort(AbortCause.Deadline);
    }
}
