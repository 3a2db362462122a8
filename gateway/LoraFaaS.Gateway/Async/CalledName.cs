using LoraFaaS.Contracts.Identity;
using LoraFaaS.Protocol.Control;

namespace LoraFaaS.Gateway.Async;

/// <summary>The function's name as its caller wrote it: <c>X-Function-Name</c> of the callback, by which a receiver may find what it asked. Kept with the call where it is not the plain one.</summary>
internal static class CalledName
{
    /// <summary>Among the call's headers, and never in from outside: the door takes a caller's away.</summary>
    public const string Header = "X-Lorafaas-Called-As";

    public static void Keep(IDictionary<string, string> headers, string name, FunctionId function)
    {
        if (name != Plain(function))
        {
            headers[Header] = name;
        }
    }

    public static string Of(CallRequest call) => call.Headers.TryGetValue(Header, out var name)
        ? name
        : Plain(new FunctionId(new NamespaceName(call.Namespace), new FunctionName(call.Function)));

    private static string Plain(FunctionId function) => function.Namespace == NamespaceName.Default ? function.Name.Value : function.ToString();
}
