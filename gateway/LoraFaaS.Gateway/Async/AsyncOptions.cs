using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Gateway.Async;

/// <summary>Asynchronous calls at this gateway: what it takes in, and how it executes and answers those it leases.</summary>
public sealed class AsyncOptions
{
    public const string Section = "Gateway:Async";

    /// <summary>Largest body of an asynchronous call. It is stored, so that less than for a synchronous one is wise; OpenFaaS's limit.</summary>
    [Range(1_024, 8 << 20)]
    public long MaxBodyBytes { get; set; } = 1 << 20;

    /// <summary>Largest answer that is kept and delivered; what is longer is cut there and marked.</summary>
    [Range(1_024, 8 << 20)]
    public int MaxAnswerBytes { get; set; } = 1 << 20;

    /// <summary>Calls this gateway executes at once. 0: it only takes calls in, and others execute them.</summary>
    [Range(0, 10_000)]
    public int Concurrency { get; set; } = 32;

    /// <summary>Longest wait for the controller's commit of a call.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:05:00")]
    public TimeSpan EnqueueTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Longest a callback may take to answer.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")]
    public TimeSpan CallbackTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Whether callbacks may go to loopback and private addresses. Not said: only where this gateway itself listens on loopback, since a door
    /// that others reach must not post for them into the network behind it. Link-local addresses (cloud metadata) are always refused.
    /// </summary>
    public bool? PrivateCallbacks { get; set; }

    /// <summary>The file that holds the secret callbacks are signed with. Empty: they are not signed.</summary>
    public string CallbackSecretFile { get; set; } = "";
}

[OptionsValidator]
internal sealed partial class AsyncOptionsValidator : IValidateOptions<AsyncOptions>;
