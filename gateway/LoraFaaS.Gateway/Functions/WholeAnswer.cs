namespace LoraFaaS.Gateway.Functions;

/// <summary>A feature of calls whose answer is kept rather than streamed: a connection that is cut cannot tell their reader that it is not whole.</summary>
internal sealed class WholeAnswer
{
    public static readonly WholeAnswer Instance = new();
}
