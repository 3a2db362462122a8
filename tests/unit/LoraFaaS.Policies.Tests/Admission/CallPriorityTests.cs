using LoraFaaS.Contracts.Functions;
using LoraFaaS.Policies.Admission;

namespace LoraFaaS.Policies.Tests.Admission;

public sealed class CallPriorityTests
{
    [Theory]
    [InlineData(FunctionPriority.Normal, null, null, FunctionPriority.Normal)]
    [InlineData(FunctionPriority.Normal, FunctionPriority.High, null, FunctionPriority.High)]
    [InlineData(FunctionPriority.High, FunctionPriority.Low, null, FunctionPriority.Low)]
    [InlineData(FunctionPriority.Normal, null, FunctionPriority.High, FunctionPriority.Normal)]
    [InlineData(FunctionPriority.High, null, FunctionPriority.Normal, FunctionPriority.Normal)]
    [InlineData(FunctionPriority.Normal, FunctionPriority.High, FunctionPriority.Low, FunctionPriority.Low)]
    [InlineData(FunctionPriority.High, FunctionPriority.Low, FunctionPriority.Normal, FunctionPriority.Low)]
    public void The_keys_word_stands_for_the_functions_and_a_caller_may_only_ask_for_less(
        FunctionPriority ofFunction, FunctionPriority? ofKey, FunctionPriority? asked, FunctionPriority expected) =>
        Assert.Equal(expected, CallPriority.Decide(ofFunction, ofKey, asked));
}
