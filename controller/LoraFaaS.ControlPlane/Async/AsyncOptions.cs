using System.ComponentModel.DataAnnotations;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Policies.Retries;
using Microsoft.Extensions.Options;

namespace LoraFaaS.ControlPlane.Async;

/// <summary>Bounds, patience and memory of asynchronous calls.</summary>
public sealed class AsyncOptions
{
    public const string Section = "Controller:Async";

    /// <summary>Open calls taken in; the next one is answered 429. More holds a longer burst, and lets its last call wait longer.</summary>
    [Range(1, 100_000_000)]
    public long MaxCalls { get; set; } = 100_000;

    /// <summary>Bytes of open calls' bodies taken in. The embedded store holds them in memory.</summary>
    [Range(1 << 20, 1L << 40)]
    public long MaxBytes { get; set; } = 256 << 20;

    /// <summary>A gateway that is silent for so long loses its calls to another. Less recovers sooner, and renews more often.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Tries of a call whose function says nothing of its own (<c>com.openfaas.retry.attempts</c>), the first included.</summary>
    [Range(1, 1_000)]
    public int Attempts { get; set; } = 10;

    /// <summary>Shortest wait before another try.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "1.00:00:00")]
    public TimeSpan MinWait { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest wait before another try, unless Retry-After asks for more.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "1.00:00:00")]
    public TimeSpan MaxWait { get; set; } = TimeSpan.FromSeconds(120);

    /// <summary>Tries to deliver an answer to its callback.</summary>
    [Range(1, 1_000)]
    public int CallbackAttempts { get; set; } = 10;

    /// <summary>How long an answer can be fetched after its call has ended.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "365.00:00:00")]
    public TimeSpan ResultTtl { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Answers kept; the oldest goes first.</summary>
    [Range(0, 100_000_000)]
    public long MaxResults { get; set; } = 50_000;

    /// <summary>Bytes of answers kept. The embedded store holds them in memory.</summary>
    [Range(0, 1L << 40)]
    public long MaxResultBytes { get; set; } = 64 << 20;

    /// <summary>How long a dead call waits for somebody to look at it.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "3650.00:00:00")]
    public TimeSpan DeadTtl { get; set; } = TimeSpan.FromDays(7);

    /// <summary>Dead calls kept; the oldest goes first.</summary>
    [Range(0, 100_000_000)]
    public long MaxDead { get; set; } = 10_000;

    /// <summary>Time between looks for calls that fell due or came in at another controller. Those of this one are seen at once.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Time between looks for what has been over for long enough.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan PurgeInterval { get; set; } = TimeSpan.FromSeconds(30);

    internal QueueBounds Bounds => new(MaxCalls, MaxBytes);

    internal PurgeRule Purge => new(ResultTtl, MaxResults, MaxResultBytes, DeadTtl, MaxDead);

    internal RetryRule Retry => new() { Attempts = Attempts, MinWait = MinWait, MaxWait = MaxWait > MinWait ? MaxWait : MinWait };

    /// <summary>Any failure to deliver may pass: the receiver's codes are not the function's.</summary>
    internal RetryRule Callback => Retry with { Attempts = CallbackAttempts };
}

[OptionsValidator]
internal sealed partial class AsyncOptionsValidator : IValidateOptions<AsyncOptions>;
