namespace LoraFaaS.Functions;

/// <summary>How much a log line matters.</summary>
public enum FunctionLogLevel
{
    /// <summary>As it should be.</summary>
    Information = 0,

    /// <summary>Odd, and dealt with.</summary>
    Warning = 1,

    /// <summary>Something did not work.</summary>
    Error = 2,
}
