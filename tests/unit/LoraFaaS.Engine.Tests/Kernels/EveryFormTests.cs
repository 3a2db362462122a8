using LoraFaaS.Engine.Cpu.Kernels;
using LoraFaaS.Engine.Cpu.Kernels.Int8;
using LoraFaaS.Engine.Tests.TestData;

namespace LoraFaaS.Engine.Tests.Kernels;

/// <summary>The lists that twins are compared by are made of what there is: a form that is written and not compared is found here.</summary>
public sealed class EveryFormTests
{
    [Fact]
    public void Whatever_the_factory_makes_on_this_machine_is_compared_with_its_twin()
    {
        KernelChoice[] compared = [.. KernelSets.Exact, .. KernelSets.BFloat16];
        var runs = Enum.GetValues<KernelChoice>().Where(KernelSets.Runs).ToList();

        Assert.Equal(runs.Order(), compared.Order());
        Assert.Contains(CpuKernels.Resolve(KernelChoice.Auto), compared);
        Assert.Contains(CpuKernels.Resolve(KernelChoice.Exact), compared);
    }

    [Fact]
    public void Each_type_of_kernels_is_made_by_a_choice()
    {
        var choices = Enum.GetValues<KernelChoice>().Where(choice => choice is not (KernelChoice.Auto or KernelChoice.Exact)).ToList();
        var made = choices.Where(KernelSets.Runs).Select(choice => CpuKernels.Choose(choice).GetType()).ToList();

        Assert.Equal(choices.Count, Concrete(typeof(CpuKernels)).Count);
        Assert.Equal(made.Count, made.Distinct().Count());
        Assert.Subset(Concrete(typeof(CpuKernels)), made.ToHashSet());
    }

    /// <summary>Whatever of its instructions a processor has, the form that is chosen for it is a type of its own, and those that this one runs are compared.</summary>
    [Fact]
    public void Each_int8_form_that_this_machine_runs_is_compared_with_its_twin()
    {
        var compared = Int8TwinTests.All().Select(form => form.GetType()).ToHashSet();
        var chosen = Enum.GetValues<KernelChoice>().Where(choice => choice is KernelChoice.Auto or KernelChoice.Exact || KernelSets.Runs(choice))
            .Select(choice => Int8Kernels.Choose(choice).GetType()).ToHashSet();

        Assert.Subset(compared, chosen);
        Assert.Subset(Concrete(typeof(Int8Kernels)), compared);
        Assert.Equal(Enum.GetValues<Int8Form>().Length, Concrete(typeof(Int8Kernels)).Count);
    }

    private static HashSet<Type> Concrete(Type kernels) => [.. kernels.Assembly.GetTypes().Where(type => type.IsSubclassOf(kernels) && !type.IsAbstract)];
}
