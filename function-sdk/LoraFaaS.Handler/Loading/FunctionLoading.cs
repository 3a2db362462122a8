using LoraFaaS.Functions;

namespace LoraFaaS.Handler.Loading;

/// <summary>What came of loading a package.</summary>
internal abstract record FunctionLoading
{
    private FunctionLoading()
    {
    }

    public sealed record Loaded(ILoraFunction Function) : FunctionLoading;

    public sealed record Refused(string Message) : FunctionLoading;
}
