namespace LoraFaaS.Contracts.Functions;

/// <summary>The annotations and labels the platform reads. Settings that faas-cli cannot carry as fields travel so.</summary>
public static class FunctionAnnotations
{
    /// <summary><c>namespace</c> (default) or <c>function</c>.</summary>
    public const string Isolation = "lorafaas.io/isolation";

    /// <summary>Time to first token aimed at, as a Go duration ("500ms").</summary>
    public const string SloTtft = "lorafaas.io/slo-ttft";

    /// <summary>Time per output token aimed at, as a Go duration.</summary>
    public const string SloTpot = "lorafaas.io/slo-tpot";

    /// <summary>Idle time after which the adapter may leave the device, as a Go duration.</summary>
    public const string KeepAlive = "lorafaas.io/keep-alive";

    /// <summary>Put before the caller's text as the system message.</summary>
    public const string SystemPrompt = "lorafaas.io/system-prompt";

    /// <summary><c>chat</c> (default: the backbone's chat template) or <c>raw</c> (the body is the prompt).</summary>
    public const string Prompt = "lorafaas.io/prompt";

    /// <summary>Sampling defaults: a number each.</summary>
    public const string Temperature = "lorafaas.io/temperature";
    public const string TopP = "lorafaas.io/top-p";
    public const string TopK = "lorafaas.io/top-k";
    public const string MaxTokens = "lorafaas.io/max-tokens";
    public const string Seed = "lorafaas.io/seed";

    /// <summary>Longest an invocation may take, as a Go duration.</summary>
    public const string Timeout = "lorafaas.io/timeout";

    /// <summary>Most invocations that may run at once on each worker that holds it, whichever gateways they come by; others wait in line. 0 (default): as many as come.</summary>
    public const string MaxConcurrent = "lorafaas.io/max-concurrent";

    /// <summary>The digest of a pushed package with the function's own code. <c>lorafaas deploy</c> sets it from the handler folder.</summary>
    public const string Code = "lorafaas.io/code";

    /// <summary>Share of a contended device: <c>low</c>, <c>normal</c> (default) or <c>high</c>.</summary>
    public const string Priority = "lorafaas.io/priority";

    /// <summary>Calls in a hundred that a new revision gets at first; the others stay where they are.</summary>
    public const string Canary = "lorafaas.io/canary";

    /// <summary>The whole split, as <see cref="TrafficText"/> reads it. It is set by each deployment that carries it.</summary>
    public const string Traffic = "lorafaas.io/traffic";

    /// <summary>On a namespace: <c>true</c> lets only holders of an API key invoke its functions, whatever the gateway asks of others.</summary>
    public const string RequireApiKey = "lorafaas.io/require-api-key";

    /// <summary>Retries of asynchronous calls: tries in all, statuses between commas, and two Go durations.</summary>
    public const string RetryAttempts = "com.openfaas.retry.attempts";
    public const string RetryCodes = "com.openfaas.retry.codes";
    public const string RetryMinWait = "com.openfaas.retry.min_wait";
    public const string RetryMaxWait = "com.openfaas.retry.max_wait";

    public const string ScaleMinLabel = "com.openfaas.scale.min";
    public const string ScaleMaxLabel = "com.openfaas.scale.max";
    public const string ScaleFactorLabel = "com.openfaas.scale.factor";
    public const string ScaleZeroLabel = "com.openfaas.scale.zero";
    public const string ScaleZeroDurationLabel = "com.openfaas.scale.zero-duration";
    public const string FunctionLabel = "faas_function";
}
