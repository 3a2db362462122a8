using LoraFaaS.Contracts.Functions;
using LoraFaaS.Controller.Tests.Support;
using LoraFaaS.ControlPlane.Functions;
using LoraFaaS.ControlPlane.Ports;

namespace LoraFaaS.Controller.Tests.Functions;

public sealed class FunctionRegistryTests
{
    [Fact]
    public async Task A_writer_of_a_former_life_cannot_change_a_function_that_was_deployed_again()
    {
        await using var plane = new ControlPlaneUnderTest();
        await plane.AddFunctionAsync("sql");
        var functions = plane.Get<FunctionRegistry>();
        var deployment = new FunctionDeployment { Service = "again", Image = "lora://lory/sql" };

        var former = Assert.IsType<FunctionWrite.Done>(await functions.DeployAsync(deployment, CancellationToken.None)).Function;
        await functions.RemoveAsync(former.Id, CancellationToken.None);
        plane.Clock.Advance(TimeSpan.FromMilliseconds(1));
        await functions.DeployAsync(deployment, CancellationToken.None);

        var late = former with { Generation = former.Generation + 1, DesiredReplicas = 7 };
        Assert.Equal(CatalogueWrite.Stale, await plane.Get<ICatalogueStore>().UpdateFunctionAsync(late, CancellationToken.None));
    }
}
