namespace LoraFaaS.Gateway.Functions;

/// <summary>How a function's caller wants the answer.</summary>
internal enum FunctionFormat
{
    /// <summary>The generated text alone.</summary>
    Text = 0,

    EventStream = 1,

    Ndjson = 2,

    /// <summary>One object with text, usage and account.</summary>
    Json = 3,
}
