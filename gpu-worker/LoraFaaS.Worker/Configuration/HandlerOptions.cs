using System.ComponentModel.DataAnnotations;
using LoraFaaS.Contracts.Units;

namespace LoraFaaS.Worker.Configuration;

/// <summary>Processes for functions' own code.</summary>
public sealed class HandlerOptions
{
    public const string Section = "Worker:Handlers";

    /// <summary>The handler program or its dll. Empty: LoraFaaS.Handler beside the worker, or where the repository builds it.</summary>
    public string Path { get; set; } = "";

    /// <summary>Handler processes started before anybody needs one. Each costs about 30 MB and hides its start.</summary>
    [Range(0, 64)]
    public int Blanks { get; set; } = 1;

    /// <summary>Handlers at once. Beyond it idle ones end, and where none is idle callers are refused.</summary>
    [Range(1, 10_000)]
    public int Most { get; set; } = 64;

    /// <summary>Invocations one handler runs at once; more wait. More suits code that waits for generations, less code that computes.</summary>
    [Range(1, 1_024)]
    public int Concurrency { get; set; } = 16;

    /// <summary>A handler nobody called for this long ends, unless its function's keep-alive says otherwise.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan Idle { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Longest from a handler's first frame to the function being made, the author's constructor included.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan Start { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long code may go on when nobody wants its answer any more. Then its process is ended.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan Grace { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Managed memory of one handler. More than that ends it with an out-of-memory error.</summary>
    [ByteSizeText(minMebibytes: 32)]
    public string Memory { get; set; } = "256Mi";

    /// <summary>Files in a handler's temporary folder, together; they are in memory. 0: it has none.</summary>
    [ByteSizeText(minMebibytes: 0)]
    public string Tmp { get; set; } = "64Mi";

    /// <summary>Threads a handler may have, the runtime's included.</summary>
    [Range(32, 10_000)]
    public int Threads { get; set; } = 256;

    /// <summary>Largest answer of a function's own code.</summary>
    [ByteSizeText(minMebibytes: 1)]
    public string MaxReply { get; set; } = "32Mi";

    /// <summary>Lines a second that one function's code may write to its log for long; ten times as many at once.</summary>
    [Range(1, 100_000)]
    public int LogLinesPerSecond { get; set; } = 100;

    internal long MemoryBytes => Read(Memory);

    internal long TmpBytes => Read(Tmp);

    internal long MaxReplyBytes => Read(MaxReply);

    private static long Read(string text) =>
        ByteSize.TryParse(text, out var size) ? size.Bytes : throw new InvalidOperationException($"'{text}' was validated as a size and is none.");
}
