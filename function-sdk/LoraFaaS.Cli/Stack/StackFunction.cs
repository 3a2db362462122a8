using LoraFaaS.Contracts.Functions;

namespace LoraFaaS.Cli.Stack;

/// <summary>One function of a stack file: what is deployed, and the folder that its adapter or its code can be pushed from.</summary>
internal sealed record StackFunction
{
    public required FunctionDeployment Deployment { get; init; }

    /// <summary>The <c>handler</c> folder, absolute; when it holds a PEFT adapter or a function's code, <c>lorafaas</c> pushes it before it deploys.</summary>
    public string? Handler { get; init; }

    /// <summary>Where the command line says that the adapter comes from: a folder, an archive or an address.</summary>
    public string? Adapter { get; init; }

    /// <summary>What the command line says over what the file says.</summary>
    public StackFunction WithAnnotation(string name, int value) => this with
    {
        Deployment = Deployment with
        {
            Annotations = new Dictionary<string, string>(Deployment.Annotations ?? new Dictionary<string, string>(), StringComparer.Ordinal)
            {
                [name] = value.ToString(System.Globalization.CultureInfo.InvariantCulture),
            },
        },
    };
}
