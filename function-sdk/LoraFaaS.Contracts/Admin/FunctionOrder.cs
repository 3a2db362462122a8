namespace LoraFaaS.Contracts.Admin;

/// <summary>By what functions are ordered; where two are alike, by name. The wire form is the name in lower case.</summary>
public enum FunctionOrder
{
    Name,
    Image,
    Created,
    Invocations,

    /// <summary>The nearest to the device last.</summary>
    Tier,
}
