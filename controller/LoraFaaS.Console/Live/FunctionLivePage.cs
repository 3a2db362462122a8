using LoraFaaS.Client;
using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;
using Microsoft.AspNetCore.Components;

namespace LoraFaaS.Console.Live;

/// <summary>A page about one function.</summary>
public abstract class FunctionLivePage : LivePage
{
    [Parameter]
    public string Namespace { get; set; } = "";

    [Parameter]
    public string Name { get; set; } = "";

    protected FunctionStatus? Status { get; private set; }

    protected FunctionId Id => new(new NamespaceName(Namespace), new FunctionName(Name));

    protected override async Task LookAsync(LoraFaaSClient client, CancellationToken cancellationToken)
    {
        Status = await client.Functions.DescribeAsync(Id, cancellationToken);
        await LookFurtherAsync(client, cancellationToken);
    }

    protected virtual Task LookFurtherAsync(LoraFaaSClient client, CancellationToken cancellationToken) => Task.CompletedTask;
}
