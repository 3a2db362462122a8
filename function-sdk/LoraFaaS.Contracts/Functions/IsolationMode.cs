namespace LoraFaaS.Contracts.Functions;

/// <summary>Who shares one sandbox process, and with it one batch.</summary>
public enum IsolationMode
{
    /// <summary>All functions of a namespace.</summary>
    Namespace = 0,

    /// <summary>One function alone.</summary>
    Function = 1,
}
