using System.Reflection;
using System.Reflection.Emit;
using LoraFaaS.Functions;

namespace LoraFaaS.FunctionsTests.Packaging;

/// <summary>Small assemblies with functions in them, right and wrong ones.</summary>
internal static class FunctionAssembly
{
    public static void Write(string name, string path)
    {
        var assembly = new PersistedAssemblyBuilder(new AssemblyName(name), typeof(object).Assembly);
        var module = assembly.DefineDynamicModule(name);

        switch (name)
        {
            case "TwoFunctions":
                Function(module, "First", typeof(object), TypeAttributes.Public);
                Function(module, "Second", typeof(object), TypeAttributes.Public);
                break;
            case "NoFunction":
                // One that nobody outside can see, and one that is only begun.
                Function(module, "Hidden", typeof(object), TypeAttributes.NotPublic);
                Function(module, "Begun", typeof(object), TypeAttributes.Public | TypeAttributes.Abstract);
                break;
            case "NeedyFunction":
                Function(module, "Needy", typeof(object), TypeAttributes.Public, typeof(string));
                break;
            case "InheritedFunction":
                var begun = Function(module, "Begun", typeof(object), TypeAttributes.Public | TypeAttributes.Abstract);
                var heir = module.DefineType("Heir", TypeAttributes.Public, begun);
                Constructor(heir, begun.GetConstructor(Type.EmptyTypes) ?? throw new InvalidOperationException());
                heir.CreateType();
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(name), name, null);
        }

        assembly.Save(path);
    }

    private static Type Function(ModuleBuilder module, string name, Type parent, TypeAttributes attributes, params Type[] needs)
    {
        var type = module.DefineType(name, attributes, parent, [typeof(ILoraFunction)]);
        Constructor(type, parent.GetConstructor(Type.EmptyTypes)!, needs);
        var method = type.DefineMethod(
            nameof(ILoraFunction.InvokeAsync), MethodAttributes.Public | MethodAttributes.Virtual, typeof(Task), [typeof(FunctionContext), typeof(CancellationToken)]);
        var code = method.GetILGenerator();
        code.Emit(OpCodes.Ldnull);
        code.Emit(OpCodes.Ret);
        return type.CreateType();
    }

    private static void Constructor(TypeBuilder type, ConstructorInfo parent, params Type[] needs)
    {
        var code = type.DefineConstructor(MethodAttributes.Public, CallingConventions.HasThis, needs).GetILGenerator();
        code.Emit(OpCodes.Ldarg_0);
        code.Emit(OpCodes.Call, parent);
        code.Emit(OpCodes.Ret);
    }
}
