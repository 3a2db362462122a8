using System.Reflection;
using LoraFaaS.Functions;

namespace LoraFaaS.Handler.Loading;

/// <summary>Loads a package's assembly and makes its function. The author's constructor is the first of the author's code to run.</summary>
internal static class FunctionLoader
{
    public static FunctionLoading Load(string folder, string entryFile, string typeName)
    {
        try
        {
            var context = new FunctionLoadContext(Path.Combine(folder, entryFile));
            var type = context.LoadFromAssemblyPath(Path.Combine(folder, entryFile)).GetType(typeName, throwOnError: true)!;

            return Activator.CreateInstance(type) is ILoraFunction function
                ? new FunctionLoading.Loaded(function)
                : new FunctionLoading.Refused($"{typeName} is no ILoraFunction");
        }
        catch (TargetInvocationException thrown)
        {
            Console.Error.WriteLine(thrown.InnerException);
            return new FunctionLoading.Refused($"the constructor of {typeName} threw {thrown.InnerException?.GetType().Name}: {thrown.InnerException?.Message}");
        }
        catch (Exception failure) when (failure is IOException or BadImageFormatException or TypeLoadException or MissingMethodException or MemberAccessException)
        {
            Console.Error.WriteLine(failure);
            return new FunctionLoading.Refused(failure.Message);
        }
    }
}
